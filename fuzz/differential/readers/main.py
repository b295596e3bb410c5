"""Second readers: answers, a line of JSON each, what implementations of other people make of bytes.

A request has "format", "schema" (the registered text) and "rows": {"payload", "data"}, where payload is Base64 without magic byte and number of
the schema, and data the Connect data in the conformance protocol. The answer to a row: "same", "valid", "invalid", "differs" or "refused" with
"why", or "left" where the reader cannot judge; "bytes" are the same value, written by the reader.
"""

import base64
import json
import sys

import avro
import jsontext
import proto
from plain import Left

READERS = {"AVRO": avro.Reader, "JSON": jsontext.Reader, "PROTOBUF": proto.Reader}


def answer(reader, row):
    try:
        return reader.row(base64.b64decode(row["payload"]), row.get("data"))
    except Left as e:
        return {"is": "left", "why": str(e)}


def main():
    out = sys.stdout
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reader = READERS[request["format"]](request["schema"])
        except Left as e:
            rows = [{"is": "left", "why": str(e)} for _ in request["rows"]]
        else:
            rows = [answer(reader, row) for row in request["rows"]]
        out.write(json.dumps({"rows": rows}) + "\n")
        out.flush()


main()
