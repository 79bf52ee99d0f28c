"""Fit the differences of FILE (raw float32, N x D) with scikit-learn's LogisticRegression as Bradley-Terry: each pair
once as it is and labels alternating in sign, no intercept. Prints seconds and the objective in float64."""
import sys
import time

import numpy as np
from sklearn.linear_model import LogisticRegression

path, n, d, l2 = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
X = np.fromfile(path, dtype=np.float32).reshape(n, d)
y = np.where(np.arange(n) % 2 == 0, 1, -1)
X *= y[:, None].astype(np.float32)  # a classifier needs both classes; the loss of y w.(y d) is that of w.d
for tol in (1e-4, 1e-5, 1e-6, 1e-8):  # the loosest that meets the goal counts
    start = time.perf_counter()
    m = LogisticRegression(C=1 / (n * l2), fit_intercept=False, solver="lbfgs", tol=tol, max_iter=5000).fit(X, y)
    seconds = time.perf_counter() - start
    w = m.coef_[0].astype(np.float64)
    z = np.concatenate([X[i : i + 4096].astype(np.float64) @ w for i in range(0, n, 4096)]) * y
    f = np.mean(np.logaddexp(0, -z)) + l2 / 2 * w @ w
    print("seconds %.6f objective %.17g tol %g passes %d" % (seconds, f, tol, m.n_iter_[0]), flush=True)
    if len(sys.argv) > 5 and f <= float(sys.argv[5]) * (1 + 1e-6):
        break
