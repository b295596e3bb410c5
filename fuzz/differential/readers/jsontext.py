"""JSON Schema, by the package jsonschema."""

import json
import re
from decimal import Decimal

import jsonschema

from plain import Left

# Where a line ends is another thing in Java's patterns, and half a character none in Python's.
ODD = re.compile("[\r\u0085\u2028\u2029\ud800-\udfff]")


def exact(text):
    """A number that is not exact is judged by its digits in Java."""
    v = float(text)
    if Decimal(v) != Decimal(text):
        raise Left("a number that is no double")
    return v


def whole(pairs):
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Left("a name twice")
    return members


def constant(text):
    raise Left(text)


class Reader:
    def __init__(self, text):
        try:
            schema = json.loads(text)
        except ValueError as e:
            raise Left(f"schema: {e}") from e
        if '"enum":[]' in text:
            raise Left("an enum of nothing, which some validators call no schema")
        cls = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
        try:
            cls.check_schema(schema)
        except jsonschema.SchemaError as e:
            raise Left(f"schema: {e.message}") from e
        self.validator = cls(schema)

    def row(self, payload, _):
        try:
            text = payload.decode()
            v = json.loads(text, parse_float=exact, parse_constant=constant, object_pairs_hook=whole)
        except ValueError as e:
            raise Left(str(e)) from e
        if ODD.search(json.dumps(v, ensure_ascii=False)):
            raise Left("odd characters")
        for e in self.validator.iter_errors(v):
            return {"is": "invalid", "why": f"{e.json_path}: {e.message}"}
        return {"is": "valid"}
