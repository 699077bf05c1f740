"""Ways in which a reply can be wrong: each takes a body and gives wrong bodies, and never a documented one.

What a mutation leaves out is the other form that the judge accepts too: ` - ` for `: |` beside a function's name, the
two swapped fields of a copy and of a deletion, the last field of a permission error, add_did's own name before its
error about menu_id, and a refused description without the NOTICE lines before it (docs/observed.md sections 4 and 5);
and a refused login without the password.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from conformance.contract.reply import Line, parse_line

STATUS_WORDS = ("SUCCESS", "ERROR", "NOTICE", "VERSION", "WARNING", "error", "")
SEPARATORS = (": |", " - ", ": ", " : |", " -", "- ", " -- ", "|", ":|", ": ||", "\t")


def _each_line(body: str, change: Callable[[Line], Iterator[str]]) -> Iterator[str]:
    lines = body.split("\n")[:-1]
    for number, text in enumerate(lines):
        for changed in change(parse_line(text)):
            yield "\n".join([*lines[:number], changed, *lines[number + 1 :]]) + "\n"


def status_words(body: str) -> Iterator[str]:
    yield from _each_line(body, lambda line: (str(replace(line, status=word)) for word in STATUS_WORDS))


def functions(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        for name in ("", "nosuch", "add_did", "copy_did", "update_did", "Add_did"):
            accepted = "MENU ID" in line.message and name == "add_did"
            if line.status and not accepted:
                yield str(replace(line, function=name))

    yield from _each_line(body, change)


def message_words(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        words = line.message.split(" ") if line.message else []
        for number in range(len(words)):
            for word in ([], ["OTHER"], [words[number].lower()], [words[number], words[number]]):
                yield str(replace(line, message=" ".join([*words[:number], *word, *words[number + 1 :]])))

    yield from _each_line(body, change)


def separators(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        for separator in SEPARATORS:
            accepted = line.separator == ": |" and separator == " - " and line.function
            if line.separator and not accepted:
                yield str(replace(line, separator=separator))

    yield from _each_line(body, change)


def dropped_fields(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        for number in range(len(line.fields)):
            last = number == len(line.fields) - 1
            if not (last and "NOT HAVE PERMISSION" in line.message):
                yield str(replace(line, fields=(*line.fields[:number], *line.fields[number + 1 :])))

    yield from _each_line(body, change)


def swapped_fields(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        swapped = line.message == "DID HAS BEEN DELETED" or (line.function, line.status) == ("copy_did", "NOTICE")
        for number in range(len(line.fields) - 1):
            if not (swapped and number == 1):
                first, second = line.fields[number : number + 2]
                yield str(replace(line, fields=(*line.fields[:number], second, first, *line.fields[number + 2 :])))

    yield from _each_line(body, change)


def other_fields(body: str) -> Iterator[str]:
    def change(line: Line) -> Iterator[str]:
        for number, field in enumerate(line.fields):
            for value in ("", "zzz", f"{field}0", f" {field}", f"{field} ", "<b>"):
                accepted = line.message.startswith("Login incorrect") and (number, value) == (1, "")
                if not accepted:
                    yield str(replace(line, fields=(*line.fields[:number], value, *line.fields[number + 1 :])))
        yield str(replace(line, fields=(*line.fields, "")))
        yield str(replace(line, fields=(*line.fields, "0")))

    yield from _each_line(body, change)


def lines(body: str) -> Iterator[str]:
    found = body.split("\n")[:-1]
    for number, line in enumerate(found):
        if not (line.startswith("NOTICE") and "DID DESCRIPTION MUST" in found[-1]):
            yield "".join(f"{other}\n" for other in [*found[:number], *found[number + 1 :]])
        yield "".join(f"{other}\n" for other in [*found[:number], line, line, *found[number + 1 :]])
    yield "".join(f"{line}\n" for line in reversed(found))
    for more in ("\n", "junk\n", "SUCCESS: add_did DID HAS BEEN ADDED - 6666|1\n", "ERROR: NO FUNCTION SPECIFIED\n"):
        yield body + more
        yield more + body


def line_ends(body: str) -> Iterator[str]:
    yield body.replace("\n", "\r\n")
    yield body.replace("\n", "\r")
    yield body.replace("\n", "<br>\n")
    yield body.replace("\n", " \n")
    yield body.replace("\n", "\x00\n")
    yield body.removesuffix("\n")


def wrappings(body: str) -> Iterator[str]:
    yield f"\ufeff{body}"
    yield f" {body}"
    yield f"<html><body>{body}</body></html>"
    yield f"<html>\n<body>\n{body}</body>\n</html>\n"
    yield f"<pre>{body}</pre>\n"
    yield f"{body}<!-- page made in 3 ms -->"
    yield f"{body}junk"
    yield f"{body}\n\n"
    yield body.lower()
    yield repr(body)
    yield ""


MUTATIONS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "another status word": status_words,
    "another function or none": functions,
    "a word of the message wrong": message_words,
    "another separator": separators,
    "a field dropped": dropped_fields,
    "two fields swapped": swapped_fields,
    "a field with another value": other_fields,
    "a line too many or too few": lines,
    "other line ends": line_ends,
    "something around it": wrappings,
}
