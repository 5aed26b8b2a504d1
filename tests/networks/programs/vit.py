"""A vision transformer that cuts and joins its arrays by their methods."""

import ivy


class PatchEmbed(ivy.Module):
    def __init__(self, img_size, patch_size, in_chans, dim):
        self.patch_size = patch_size
        self.num_patches = (img_size // patch_size) ** 2
        self.proj = ivy.Linear(patch_size * patch_size * in_chans, dim)
        super().__init__()

    def _forward(self, x):
        b, h, w, c = x.shape
        p = self.patch_size
        ivy.utils.assertions.check_equal(h % p, 0, as_array=False)
        x = x.reshape((b, h // p, p, w // p, p, c))
        x = x.permute_dims((0, 1, 3, 2, 4, 5))
        x = x.reshape((b, self.num_patches, p * p * c))
        return self.proj(x)


class Attention(ivy.Module):
    def __init__(self, dim, num_heads=2):
        self.num_heads = num_heads
        self.scale = (dim // num_heads) ** -0.5
        self.qkv = ivy.Linear(dim, 3 * dim, with_bias=False)
        self.proj = ivy.Linear(dim, dim)
        super().__init__()

    def _forward(self, x):
        b, n, c = x.shape
        qkv = self.qkv(x).reshape((b, n, 3, self.num_heads, c // self.num_heads))
        qkv = qkv.permute_dims((2, 0, 3, 1, 4))
        q, k, v = qkv[0], qkv[1], qkv[2]
        attention = (q @ k.swapaxes(-2, -1)) * self.scale
        attention = attention.softmax(axis=-1)
        x = (attention @ v).swapaxes(1, 2).reshape((b, n, c))
        return self.proj(x)


class Block(ivy.Module):
    def __init__(self, dim, num_heads):
        self.norm1 = ivy.LayerNorm([dim], eps=1e-6)
        self.attn = Attention(dim, num_heads)
        self.norm2 = ivy.LayerNorm([dim], eps=1e-6)
        self.mlp = ivy.Sequential(ivy.Linear(dim, 2 * dim), ivy.GELU(), ivy.Linear(2 * dim, dim))
        super().__init__()

    def _forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VisionTransformer(ivy.Module):
    def __init__(
        self,
        img_size=8,
        patch_size=4,
        in_chans=1,
        num_classes=3,
        dim=8,
        depth=2,
        num_heads=2,
        v=None,
    ):
        self.dim = dim
        self.patch_embed = PatchEmbed(img_size, patch_size, in_chans, dim)
        self.layers = [Block(dim, num_heads) for _ in range(depth)]
        self.norm = ivy.LayerNorm([dim], eps=1e-6)
        self.head = ivy.Linear(dim, num_classes)
        super().__init__(v=v)

    def _create_variables(self, device=None, dtype=None):
        positions = self.patch_embed.num_patches + 1
        return {
            "cls_token": ivy.zeros((1, 1, self.dim), dtype=dtype, device=device),
            "pos_embed": ivy.random_normal(
                mean=0.0, std=0.02, shape=(1, positions, self.dim), dtype=dtype, device=device
            ),
        }

    def _forward(self, x):
        x = self.patch_embed(x)
        cls_token = ivy.expand(self.v.cls_token, (x.shape[0], -1, -1))
        x = ivy.concat([cls_token, x], axis=1) + self.v.pos_embed
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)[:, 0])
