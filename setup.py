"""The license, and a file for tools that call setup.py; everything else is in pyproject.toml."""

from setuptools import setup

setup(license="Apache-2.0")
