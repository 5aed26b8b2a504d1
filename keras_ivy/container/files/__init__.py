"""Files of containers: HDF5 in Ivy's layout, pickles, JSON; a part or all of them."""
