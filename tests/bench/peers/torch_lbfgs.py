import warnings

warnings.filterwarnings("ignore")
import torch
from common import d, differences, l2, ladder

torch.set_num_threads(2)
X = torch.from_numpy(differences())


def fit(tolerance):
    w = torch.zeros(d, requires_grad=True)
    o = torch.optim.LBFGS([w], max_iter=3000, max_eval=6000, tolerance_grad=tolerance, tolerance_change=0, history_size=20,
                          line_search_fn="strong_wolfe")

    def closure():
        o.zero_grad()
        f = torch.nn.functional.softplus(-(X @ w)).mean() + l2 / 2 * w @ w
        f.backward()
        return f

    o.step(closure)
    return w.detach().numpy()


ladder(fit, (1e-4, 1e-5, 1e-6))
