# ---
# misconception: The number of heads changes nothing.
# loses:
#   test_attention: 2
# says:
#   test_attention: [choose among]
# ---

# %% solution="attention"
def attention(q, k, v, heads):
    N, L, D = q.shape
    d, heads = D, 1
    q, k, v = (x.reshape(N, -1, heads, d).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    y = torch.softmax(scores, dim=3) @ v
    return y.transpose(1, 2).reshape(N, L, D)
