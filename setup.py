"""Packaging of keras_ivy; tool settings live in pyproject.toml."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent
VERSION = re.search(
    r'^__version__ = "([^"]+)"',
    (HERE / "keras_ivy" / "version.py").read_text(encoding="utf-8"),
    re.MULTILINE,
).group(1)
EXAMPLES = ["scikit-learn>=1.3"]
PLOT = ["matplotlib>=3.8", "pandas>=2.1", "rich>=13"]
TEST = [
    "pytest>=8",
    "pytest-xdist>=3.6",
    "hypothesis>=6.100",
    "optax>=0.2.3",
    "scipy>=1.11",
    "ruff>=0.6",
    "mypy>=1.18",
    *EXAMPLES,
    *PLOT,
]

setup(
    name="keras_ivy",
    version=VERSION,
    description="Ivy's stateful API, native in Keras 3.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["keras_ivy", "keras_ivy.*"]),
    entry_points={"console_scripts": ["keras-ivy = keras_ivy.commands:main"]},
    package_data={"keras_ivy": ["py.typed", "commands/recorded.json"]},
    install_requires=[
        "tensorflow>=2.18",
        "keras>=3.15",
        "numpy>=1.26",
        "h5py>=3.11",
        "optree>=0.13",
    ],
    extras_require={"examples": EXAMPLES, "plot": PLOT, "test": TEST},
    classifiers=[
        "Development Status :: 4 - Beta",
        "Intended Audience :: Science/Research",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
