"""A neural Turing machine: a controller that reads and writes a memory through learned gates."""

import ivy


class Controller(ivy.Module):
    def __init__(self, size_in, size, device=None):
        self._lstm = ivy.LSTM(size_in, size, return_sequence=False, device=device)
        ivy.Module.__init__(self, device=device)

    def initial_state(self, batch):
        return self._lstm.get_initial_state([batch])

    def _forward(self, x, state):
        return self._lstm(ivy.expand_dims(x, axis=1), initial_state=state)


class NTM(ivy.Module):
    def __init__(self, size_in=2, size_out=2, units=8, slots=4, width=3, v=None, device=None):
        self._slots = slots
        self._width = width
        self._size_out = size_out
        self._controller = Controller(size_in + width, units, device=device)
        self._heads = {
            name: ivy.Linear(units, size)
            for name, size in {
                "read_key": width,
                "write_key": width,
                "erase": width,
                "add": width,
                "strength": 2,
                "gates": 2,
                "shift": 3,
            }.items()
        }
        self._out = ivy.Linear(units + width, size_out)
        ivy.Module.__init__(self, v=v, device=device)

    def _create_variables(self, device, dtype):
        return {
            "memory": ivy.random_uniform(
                low=-0.1, high=0.1, shape=(self._slots, self._width), device=device, dtype=dtype
            ),
            "sharpness": ivy.zeros((1,), device=device, dtype=dtype),
            "gate": ivy.zeros((self._width,), device=device, dtype=dtype),
        }

    def _address(self, memory, key, strength, gate, shift, previous):
        similarity = ivy.sum(memory * ivy.expand_dims(key, axis=1), axis=-1) / (
            ivy.vector_norm(memory, axis=-1) * ivy.vector_norm(key, axis=-1, keepdims=True) + 1e-6
        )
        content = ivy.softmax(strength * similarity, axis=-1)
        mixed = gate * content + (1 - gate) * previous
        moved = [ivy.roll(mixed, by, axis=-1) for by in (-1, 0, 1)]
        weights = ivy.sum(ivy.stack(moved, axis=1) * ivy.expand_dims(shift, axis=-1), axis=1)
        sharp = weights ** (1 + ivy.softplus(self.v.sharpness))
        return sharp / ivy.sum(sharp, axis=-1, keepdims=True)

    def _step(self, x, memory, read, weights, state):
        output, state = self._controller(ivy.concat([x, read], axis=-1), state)
        strength = ivy.softplus(self._heads["strength"](output))
        gates = ivy.sigmoid(self._heads["gates"](output))
        shift = ivy.softmax(self._heads["shift"](output), axis=-1)
        new_weights = []
        for i, name in enumerate(("read_key", "write_key")):
            key = ivy.tanh(self._heads[name](output))
            new_weights.append(
                self._address(
                    memory, key, strength[:, i : i + 1], gates[:, i : i + 1], shift, weights[i]
                )
            )
        write = ivy.expand_dims(new_weights[1], axis=-1)
        erase = ivy.expand_dims(ivy.sigmoid(self._heads["erase"](output)), axis=1)
        add = ivy.expand_dims(ivy.tanh(self._heads["add"](output)), axis=1)
        memory = memory * (1 - write * erase) + write * add
        read = ivy.matmul(ivy.expand_dims(new_weights[0], axis=1), memory).squeeze(axis=1)
        read = read * ivy.sigmoid(self.v.gate)
        return self._out(ivy.concat([output, read], axis=-1)), memory, read, new_weights, state

    def _forward(self, inputs):
        batch = inputs.shape[0]
        memory = ivy.tile(ivy.expand_dims(self.v.memory, axis=0), (batch, 1, 1))
        read = ivy.zeros((batch, self._width))
        weights = [ivy.ones((batch, self._slots)) / self._slots for _ in range(2)]
        state = self._controller.initial_state(batch)
        outputs = []
        for x in ivy.unstack(inputs, axis=1):
            output, memory, read, weights, state = self._step(x, memory, read, weights, state)
            outputs.append(output)
        return ivy.stack(outputs, axis=1)
