"""Time `v - grads * lr` on a Container against a loop written by hand, on 100 to 4,000 leaves.

The loop walks the same nested structure and builds nested dicts. Small leaves are the hard case:
there is little arithmetic to hide the walk behind.
"""

import tensorflow as tf
from _timing import header, interleave, report

from keras_ivy import Container

LAYERS, LR = 50, 0.1


def make(size: int, wrap=lambda x: x, layers: int = LAYERS) -> Container:
    return Container(
        {
            f"layer_{i}": {"b": wrap(tf.ones(size)), "w": wrap(tf.ones((size, size)))}
            for i in range(layers)
        }
    )


def by_container(v, grads):
    return v - grads * LR


def by_hand(v, grads):
    return {
        layer: {name: leaf - grads[layer][name] * LR for name, leaf in leaves.items()}
        for layer, leaves in v.items()
    }


def by_tf_nest(v, grads):
    return tf.nest.map_structure(lambda x, g: x - g * LR, v, grads)


def wait(result) -> None:
    """TensorFlow's eager operations on the CPU are done when they return."""
    last = result["layer_0"]["w"]
    if hasattr(last, "numpy"):
        last.numpy()


def eager(size: int, wrap=lambda x: x, layers: int = LAYERS, rounds: int = 201) -> dict[str, float]:
    v, grads = make(size, wrap, layers), make(size, layers=layers)
    v_dict, grads_dict = v.cont_to_dict(), grads.cont_to_dict()
    return interleave(
        {
            "by hand": lambda: wait(by_hand(v_dict, grads_dict)),
            "Container": lambda: wait(by_container(v, grads)),
            "tf.nest": lambda: wait(by_tf_nest(v, grads)),
        },
        rounds=rounds,
        warmup=rounds // 10,
    )


def tracing(size: int) -> dict[str, float]:
    v, grads = make(size), make(size)
    v_dict, grads_dict = v.cont_to_dict(), grads.cont_to_dict()
    return interleave(
        {
            "by hand": lambda: tf.function(by_hand).get_concrete_function(v_dict, grads_dict),
            "Container": lambda: tf.function(by_container).get_concrete_function(v, grads),
        },
        rounds=15,
    )


def traced(size: int) -> dict[str, float]:
    """The arithmetic is the same graph; what differs is passing leaves in and results out."""
    v, grads = make(size), make(size)
    v_dict, grads_dict = v.cont_to_dict(), grads.cont_to_dict()
    hand, container = tf.function(by_hand), tf.function(by_container)
    return interleave(
        {
            "by hand": lambda: wait(hand(v, grads)),
            "Container": lambda: wait(container(v, grads)),
            "plain dicts alone": lambda: wait(hand(v_dict, grads_dict)),
        },
        rounds=301,
        warmup=20,
    )


if __name__ == "__main__":
    print(header())
    for size in (4, 128):
        report(f"eager, leaves of {size} and {size}x{size}", eager(size), "by hand")
        report(f"traced, leaves of {size} and {size}x{size}", traced(size), "by hand")
    for layers, rounds in ((500, 51), (2000, 21)):
        medians = eager(4, layers=layers, rounds=rounds)
        report(f"eager, {2 * layers} leaves of 4 and 4x4", medians, "by hand")
    report("eager, tf.Variable leaves of 4 and 4x4", eager(4, tf.Variable), "by hand")
    report("tracing itself", tracing(4), "by hand")
