import liblinear
import numpy
import scipy
from common import labelled, ladder, l2, n
from liblinear import liblinear as library, parameter, problem
from scipy.sparse import csr_matrix

scipy.ctypeslib = numpy.ctypeslib  # where liblinear 2.3 still looks for it
X, y = labelled()
data = problem(y, csr_matrix(X.astype("f8")))


def fit(epsilon):
    options = parameter("-s 0 -B -1 -q -c %.17g -e %g" % (1 / (n * l2), epsilon))
    model = liblinear.toPyModel(library.train(data, options))
    w, _ = model.get_decfun()
    return [v * model.get_labels()[0] for v in w] if model.get_labels()[0] < 0 else w


ladder(fit, (1e-2, 1e-3, 1e-4))
