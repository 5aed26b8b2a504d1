"""Ready instances under the names of the weight-initialization document.

They are unseeded, so that one instance may serve any number of layers: every call draws anew.

Example:

>>> xavier_uniform.distribution, kaiming_normal.mode
('uniform', 'fan_in')
"""

from keras_ivy.initializers.kernels.normals import NormalInitializer
from keras_ivy.initializers.kernels.uniforms import UniformInitializer
from keras_ivy.initializers.kernels.variance_scaling import KaimingInitializer, XavierInitializer

__all__ = [
    "kaiming_normal",
    "kaiming_uniform",
    "normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
]

xavier_uniform = XavierInitializer(distribution="uniform")
xavier_normal = XavierInitializer(distribution="normal")
kaiming_uniform = KaimingInitializer(distribution="uniform")
kaiming_normal = KaimingInitializer(distribution="normal")
uniform = UniformInitializer()
normal = NormalInitializer()
