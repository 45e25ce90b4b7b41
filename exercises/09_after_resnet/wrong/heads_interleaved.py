# ---
# misconception: Head h takes every h-th number.
# loses:
#   test_attention: 2
# says:
#   test_attention: [the first two numbers]
# ---

# %% solution="attention"
def attention(q, k, v, heads):
    N, L, D = q.shape
    d = D // heads
    q, k, v = (x.reshape(N, -1, d, heads).permute(0, 3, 1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    y = torch.softmax(scores, dim=3) @ v
    return y.permute(0, 2, 3, 1).reshape(N, L, D)
