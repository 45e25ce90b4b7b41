# ---
# misconception: What the heads give is averaged.
# loses:
#   test_attention: 2
# says:
#   test_attention: [put one behind the other]
# ---

# %% solution="attention"
def attention(q, k, v, heads):
    N, L, D = q.shape
    d = D // heads
    q, k, v = (x.reshape(N, -1, heads, d).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    y = torch.softmax(scores, dim=3) @ v
    return y.mean(dim=1).repeat(1, 1, heads)
