# ---
# misconception: The heads need not be moved back behind the tokens.
# loses:
#   test_attention: 2
# says:
#   test_attention: [several heads]
# ---

# %% solution="attention"
def attention(q, k, v, heads):
    N, L, D = q.shape
    d = D // heads
    q, k, v = (x.reshape(N, -1, heads, d).transpose(1, 2) for x in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(d)
    y = torch.softmax(scores, dim=3) @ v
    return y.reshape(N, L, D)
