"""A network whose weights another network makes, built when it is first called."""

import ivy


class HyperNet(ivy.Module):
    def __init__(self, latent=3, hidden=8, device=None, v=None):
        self._latent_size = latent
        self._hidden = hidden
        super().__init__(device=device, v=v, build_mode="on_call")

    def _create_variables(self, device, dtype=None):
        return {"latent": ivy.random_uniform(shape=(self._latent_size,), low=-1.0, high=1.0)}

    def _build(self, x, *args, **kwargs):
        self._size = x.shape[-1]
        self._shapes = {
            "w0": (self._hidden, self._size),
            "b0": (self._hidden,),
            "w1": (1, self._hidden),
            "b1": (1,),
        }
        total = sum(int(ivy.prod(ivy.array(shape))) for shape in self._shapes.values())
        self._layers = [ivy.Linear(self._latent_size, 8, device=self._dev)]
        self._layers.append(ivy.Linear(8, total, device=self._dev))
        return True

    def _make(self):
        x = self.v.latent
        for layer in self._layers:
            x = ivy.tanh(layer(x))
        made, start = ivy.Container(), 0
        for name, shape in self._shapes.items():
            count = 1
            for size in shape:
                count *= size
            made[name] = ivy.reshape(x[start : start + count], shape)
            start += count
        return made

    def _forward(self, x):
        made = self._make()
        hidden = ivy.tanh(ivy.linear(x, made.w0, bias=made.b0))
        return ivy.linear(hidden, made.w1, bias=made.b1)
