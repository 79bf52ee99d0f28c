"""What the peers share. Each is called with FILE N D L2 GOAL: the differences (raw float32, N x D), the penalty, and the
objective to reach. It prints "seconds S" for the loosest of its settings whose head is within 1e-6 of GOAL (or the last),
and leaves that head in FILE.w (raw float64) for `bench check`."""
import sys
import time

import numpy as np

file, n, d, l2, goal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])


def differences():
    return np.fromfile(file, dtype=np.float32).reshape(n, d)


def labelled():
    """Differences and labels for a classifier, which needs both classes: the loss of y w.(y x) is that of w.x."""
    X, y = differences(), np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    X *= y[:, None].astype(np.float32)
    return X, y


def objective(w):
    X = np.memmap(file, dtype=np.float32, mode="r", shape=(n, d))
    f = sum(np.logaddexp(0, -(X[i : i + 4096].astype(np.float64) @ w)).sum() for i in range(0, n, 4096))
    return f / n + l2 / 2 * w @ w


def ladder(fit, settings):
    """fit(setting) gives w; from the loosest setting to the strictest."""
    for setting in settings:
        start = time.perf_counter()
        w = fit(setting)
        seconds = time.perf_counter() - start
        w = np.asarray(w, dtype=np.float64).ravel()
        w.tofile(file + ".w")
        print("seconds %.6f" % seconds, flush=True)
        if objective(w) <= goal * (1 + 1e-6):
            return
