/* Which pairs a fit listens to: factors for their weights. */
#ifndef ASSAY_CORE_WEIGH_H
#define ASSAY_CORE_WEIGH_H

/* 1 + W (1 - exp(-K gap)): the clearer a pair, the more it counts, within bounds (MM-RLHF, arXiv:2502.10391, dynamic
 * reward scaling). gap >= 0: how much better one answer is, by people (strength 1 to 3) or by another head (the size of
 * its margin). */
#define WEIGH_W 0.5
#define WEIGH_K 0.5
double weigh_gap(double gap, double w, double k);

/* exp(-u): what another head is unsure of counts less (Ctrl-U, arXiv:2410.11236). u >= 0: the standard deviation of the
 * pair's margin. The paper's loss adds u itself, which no head can change here. */
double weigh_uncertainty(double u);

#endif
