suppressMessages({ library(Matrix); library(glmnet) })
a <- commandArgs(TRUE)
n <- as.integer(a[2]); d <- as.integer(a[3]); l2 <- as.numeric(a[4]); goal <- as.numeric(a[5])
X <- matrix(readBin(a[1], "numeric", n * d, size = 4), n, d, byrow = TRUE)
y <- rep_len(c(1, -1), n)
for (thresh in c(1e-8, 1e-11, 1e-14)) {
  seconds <- system.time(m <- glmnet(X * y, factor(y), "binomial", alpha = 0, lambda = l2 * 10^(3:0), intercept = FALSE,
                                     standardize = FALSE, thresh = thresh, maxit = 1e6))["elapsed"]
  w <- as.numeric(m$beta[, ncol(m$beta)])
  writeBin(w, paste0(a[1], ".w"), size = 8)
  cat(sprintf("seconds %.6f\n", seconds))
  if (mean(log1p(exp(-as.numeric(X %*% w)))) + l2 / 2 * sum(w^2) <= goal * (1 + 1e-6)) break
}
