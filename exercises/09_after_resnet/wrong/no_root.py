# ---
# misconception: Scores are plain products.
# loses:
#   test_attention: 4
# says:
#   test_attention: [divided by the root]
# ---

# %% solution="attention"
def attention(q, k, v, heads):
    N, L, D = q.shape
    d = D // heads
    q, k, v = (x.reshape(N, -1, heads, d).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3)
    y = torch.softmax(scores, dim=3) @ v
    return y.transpose(1, 2).reshape(N, L, D)
