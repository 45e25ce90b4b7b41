# ---
# misconception: The front is given in the order of the list.
# loses:
#   test_pareto_front: 2
# says:
#   test_pareto_front: [by rising cost]
# ---

# %% solution="pareto_front"
def pareto_front(cost, accuracy):
    front = []
    for i in range(len(cost)):
        beaten = False
        for j in range(len(cost)):
            as_good = cost[j] <= cost[i] and accuracy[j] >= accuracy[i]
            better = cost[j] < cost[i] or accuracy[j] > accuracy[i]
            beaten = beaten or (as_good and better)
        if not beaten:
            front.append(i)
    return front
