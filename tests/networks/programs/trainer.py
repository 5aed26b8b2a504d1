"""A trainer around an optimizer: steps, evaluation, checkpoints, what is kept of the best."""

import os

import ivy


class Regressor(ivy.Module):
    def __init__(self, size_in=2, size=8, v=None):
        self._net = ivy.Sequential(ivy.Linear(size_in, size), ivy.Tanh(), ivy.Linear(size, 1))
        super().__init__(v=v)

    def _forward(self, x):
        return self._net(x)


class Trainer:
    def __init__(self, spec, network, optimizer=None, dev=None):
        self._spec = spec
        self._network = network
        self._dev = ivy.default(dev, ivy.default_device())
        self._optimizer = ivy.default(optimizer, ivy.Adam(lr=spec.lr))
        self._best = ivy.inf
        self._best_v = None
        self._global_step = 0
        self.history = []

    def _cost(self, v, batch):
        prediction = self._network(batch.x, v=v)
        return ivy.mean((prediction - batch.y) ** 2)

    def _batches(self, data):
        count = data.x.shape[0] // self._spec.batch_size
        for i in range(count):
            yield data[i * self._spec.batch_size : (i + 1) * self._spec.batch_size]

    def _train_step(self, batch):
        cost, grads = ivy.execute_with_gradients(lambda v: self._cost(v, batch), self._network.v)
        grads = grads.cont_map(lambda g, kc: ivy.clip_vector_norm(g, self._spec.max_norm))
        self._network.v = self._optimizer.step(self._network.v, grads)
        self._global_step += 1
        return ivy.to_scalar(cost)

    def evaluate(self, data):
        return ivy.to_numpy(self._cost(self._network.v, data)).item()

    def train(self, data):
        for _ in range(self._spec.epochs):
            costs = [self._train_step(batch) for batch in self._batches(data)]
            self.history.append(sum(costs) / len(costs))
            now = self.evaluate(data)
            if now < self._best:
                self._best = now
                self._best_v = self._network.v.cont_deep_copy()
        return self.history

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        self._network.save_weights(os.path.join(folder, "weights.hdf5"))
        self._optimizer.state.cont_to_disk_as_pickled(os.path.join(folder, "state.pkl"))

    def restore(self, folder):
        self._network.v = ivy.Container.cont_from_disk_as_hdf5(os.path.join(folder, "weights.hdf5"))
        self._optimizer.set_state(
            ivy.Container.cont_from_disk_as_pickled(os.path.join(folder, "state.pkl"))
        )
