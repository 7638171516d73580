// The BLAS routine that libtorch calls for every float matrix product, forwarded to oneDNN: on Debian's
// reference BLAS a SAC update takes 20 times as long.
#include <dnnl.h>

#include <cstdlib>

/// Fortran's column-major C = αAB + βC is row-major Cᵀ = αBᵀAᵀ + βCᵀ, which is what oneDNN multiplies.
extern "C" __attribute__((visibility("default"))) void sgemm_(const char* transa, const char* transb, const int* m,
                                                              const int* n, const int* k, const float* alpha,
                                                              const float* a, const int* lda, const float* b,
                                                              const int* ldb, const float* beta, float* c,
                                                              const int* ldc) {
  const dnnl_status_t status =
      dnnl_sgemm(*transb, *transa, *n, *m, *k, *alpha, b, *ldb, a, *lda, *beta, c, *ldc);
  if (status != dnnl_success) std::abort();  // arguments that BLAS itself would refuse
}
