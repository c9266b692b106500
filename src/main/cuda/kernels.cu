// Every kernel, as one module.
#include "adamw.cu"
#include "gather.cu"
#include "gather_add.cu"
#include "rmsprop.cu"
#include "scatter.cu"
#include "sddmm.cu"
#include "sgd.cu"
#include "sum_of_squares.cu"
