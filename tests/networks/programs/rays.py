"""Density and colour along rays, sampled between a near and a far plane for each ray."""

import ivy


def sample(near, far, num_samples):
    near, far = ivy.expand_dims(near, axis=-1), ivy.expand_dims(far, axis=-1)
    edges = ivy.linspace(near.squeeze(-1), far.squeeze(-1), num_samples + 1)
    return edges[..., :-1], edges[..., 1:]


def positions(x, num_bands):
    scales = 2.0 ** ivy.arange(num_bands).astype("float32")
    angles = (ivy.expand_dims(x, axis=-1) * scales).reshape((*x.shape[:-1], -1))
    return ivy.concat([x, ivy.sin(angles), ivy.cos(angles)], axis=-1)


class Rays(ivy.Module):
    def __init__(self, num_samples=6, num_bands=2, width=12, v=None):
        self.num_samples = num_samples
        self.num_bands = num_bands
        self._layers = [ivy.Linear(3 + 6 * num_bands, width)]
        self._layers += [ivy.Linear(width, width)]
        self.density = ivy.Linear(width, 1)
        self.colour = ivy.Linear(width, 3)
        ivy.Module.__init__(self, v=v)

    def _forward(self, rays):
        origin, direction = rays[..., :3], rays[..., 3:6]
        first, last = sample(rays[..., 6], rays[..., 7], self.num_samples)
        middle = (first + last) / 2
        points = ivy.expand_dims(origin, axis=-2) + ivy.expand_dims(
            direction, axis=-2
        ) * ivy.expand_dims(middle, axis=-1)
        x = positions(points, self.num_bands)
        for layer in self._layers:
            x = ivy.relu(layer(x))
        density = ivy.softplus(self.density(x)).squeeze(-1)
        opacity = 1.0 - ivy.exp(-density * (last - first))
        left = ivy.cumprod(1.0 - opacity + 1e-6, axis=-1, exclusive=True)
        weights = opacity * left
        colour = ivy.sigmoid(self.colour(x))
        return ivy.sum(ivy.expand_dims(weights, axis=-1) * colour, axis=-2)
