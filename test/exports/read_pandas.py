"""Prints what pandas reads of a CSV and of an NDJSON file of the same rows, as JSON."""
import json, sys

try:
    import pandas
except ImportError:
    print(json.dumps(None))
    sys.exit()

texts = dict(dtype=str, keep_default_na=False, na_values=[])
csv = pandas.read_csv(sys.argv[1], **texts)
lines = [json.loads(line) for line in open(sys.argv[2], encoding="utf8")]
frame = pandas.DataFrame(lines)
times = pandas.to_datetime(frame["recordedAt"], utc=True)
print(json.dumps({
    "csv": csv["serialNumber"].tolist(),
    "ndjson": frame["serialNumber"].tolist(),
    "times": [time.isoformat(timespec="microseconds") for time in times],
}))
