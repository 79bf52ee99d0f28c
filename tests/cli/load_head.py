"""Scores by PyTorch: load_head.py X.safetensors HEAD.safetensors... prints a line of outputs for every head and row of "x"."""
import json, struct, sys

try:
    import torch
except ImportError:
    sys.exit(77)  # the test is skipped


def read(path):
    raw = bytearray(open(path, "rb").read())
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:start])
    header.pop("__metadata__", None)
    return {name: torch.frombuffer(raw, dtype=torch.float32, offset=start + t["data_offsets"][0],
                                   count=torch.Size(t["shape"]).numel()).reshape(t["shape"]) for name, t in header.items()}


x = read(sys.argv[1])["x"]
for head in map(read, sys.argv[2:]):
    outputs, columns = head["score.weight"].shape
    linear = torch.nn.Linear(columns, outputs)
    linear.load_state_dict({"weight": head["score.weight"], "bias": head["score.bias"]})
    with torch.no_grad():
        for row in linear(x).tolist():
            print(*("%.9g" % v for v in row))
