/* Quantiles of the standard normal distribution, for intervals and power. */
#ifndef ASSAY_CORE_NORMAL_H
#define ASSAY_CORE_NORMAL_H

#define NORMAL_975 1.959963984540054 /* 95 % lie within -+ this */
#define NORMAL_800 0.841621233572914

#endif
