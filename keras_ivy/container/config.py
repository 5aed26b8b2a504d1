"""The options of a Container: how it is built and how it prints."""

from typing import Any, NamedTuple

from keras_ivy.utils.exceptions import IvyValueError

__all__ = ["DEFAULT", "Config", "split_options"]


class Config(NamedTuple):
    """Options of a Container, inherited by the containers inside it and by results.

    Attributes:
        print_limit: Arrays of more elements than this print as their shape; None prints all.
        print_indent: Spaces by which each level of the print is indented.
        key_length_limit: Longer keys print shortened to this many characters.
        print_line_spacing: Blank lines between the lines of the print.
        ivyh: Ivy's handle of a backend; there is one backend here, so always None.
        default_key_color: The colour of keys in `cont_show()` on a terminal.
        keyword_color_dict: Colours of keys by words that they contain, in `cont_show()`.
        rebuild_child_containers: If True, containers passed at construction are copied.
        build_callable: Always False; containers are built when they are constructed.
        types_to_iteratively_nest: Sequence types that become containers with keys `it_0, it_1`.
        alphabetical_keys: If False, keys iterate and print in the order of insertion. Flattening
            is sorted all the same, so that any two containers pair up leaf by leaf.
    """

    print_limit: int | None = 10
    print_indent: int = 4
    key_length_limit: int | None = None
    print_line_spacing: int = 0
    ivyh: None = None
    default_key_color: str = "green"
    keyword_color_dict: Any = None
    rebuild_child_containers: bool = False
    build_callable: bool = False
    types_to_iteratively_nest: tuple = ()
    alphabetical_keys: bool = True


DEFAULT = Config()


def split_options(keywords: dict[str, Any], base: Config = DEFAULT) -> Config:
    """Take the options out of the keywords of a constructor.

    Args:
        keywords: The keywords; those that name an option are removed.
        base: The options that hold where no keyword is given.

    Raises:
        ValueError: If an option has a value that means nothing here.
    """
    given = {name: keywords.pop(name) for name in Config._fields if name in keywords}
    if not given:
        return base
    for name in ("ivyh", "build_callable"):
        if given.get(name, getattr(DEFAULT, name)) not in (None, False):
            raise IvyValueError(
                f"Containers know one backend and build at once, so `{name}` can only be "
                f"{getattr(DEFAULT, name)}. Received: {name}={given[name]!r}"
            )
    if "types_to_iteratively_nest" in given:
        types = tuple(given["types_to_iteratively_nest"] or ())
        if not all(isinstance(t, type) and issubclass(t, list | tuple) for t in types):
            raise IvyValueError(
                "`types_to_iteratively_nest` is a sequence of list and tuple types. "
                f"Received: types_to_iteratively_nest={given['types_to_iteratively_nest']!r}"
            )
        given["types_to_iteratively_nest"] = types
    return base._replace(**given)
