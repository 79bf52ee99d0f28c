from common import labelled, ladder, l2, n
from sklearn.linear_model import LogisticRegression

X, y = labelled()
ladder(lambda tol: LogisticRegression(C=1 / (n * l2), fit_intercept=False, tol=tol, max_iter=5000).fit(X, y).coef_,
       (1e-4, 1e-5, 1e-6, 1e-8))
