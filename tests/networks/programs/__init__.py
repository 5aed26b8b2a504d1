"""Programs as their authors wrote them for Ivy: they say `import ivy`."""
