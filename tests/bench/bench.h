// What the benches share: pairs of measurements that alternate, and the matrix products of a network.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*, const float*, const int*,
                       const float*, const int*, const float*, float*, const int*);

namespace nudge::bench {

using Clock = std::chrono::steady_clock;
inline double budget_s = 2.0;  ///< of one pair

inline double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// One matrix product [m, k]·[k, n].
struct Product {
  int m, k, n;
};
using Products = std::vector<Product>;

/// The products of one pass over a network [in, hidden, hidden, out] with `batch` rows.
struct Shape {
  int batch, in, hidden, out;
  Products forward() const { return {{batch, in, hidden}, {batch, hidden, hidden}, {batch, hidden, out}}; }
  /// Back to the first hidden layer.
  Products back() const { return {{batch, out, hidden}, {batch, hidden, hidden}}; }
  Products toInput() const { return {{batch, hidden, in}}; }
  Products weights() const { return {{out, batch, hidden}, {hidden, batch, hidden}, {hidden, batch, in}}; }
};

inline void add(Products& to, const Products& more, int times = 1) {
  for (int i = 0; i < times; ++i) to.insert(to.end(), more.begin(), more.end());
}

/// Does the products, and nothing else, through the routine that libtorch uses.
class Gemm {
 public:
  explicit Gemm(Products products) : products_(std::move(products)) {
    std::size_t largest = 0;
    for (const Product& p : products_) {
      largest = std::max({largest, std::size_t(p.m) * p.k, std::size_t(p.k) * p.n, std::size_t(p.m) * p.n});
    }
    a_.assign(largest, 0.5f);
    b_.assign(largest, 0.25f);
    c_.assign(largest, 0.0f);
  }
  void operator()() {
    constexpr float kOne = 1.0f, kZero = 0.0f;
    for (const Product& p : products_) sgemm_("N", "N", &p.n, &p.m, &p.k, &kOne, b_.data(), &p.n, a_.data(), &p.k, &kZero, c_.data(), &p.n);
  }

 private:
  Products products_;
  std::vector<float> a_, b_, c_;
};

struct Pair {
  double first_s = 0.0, second_s = 0.0;  ///< medians of one call
};

/// Alternates blocks of both until the time is over.
inline Pair alternate(const std::function<void()>& first, const std::function<void()>& second) {
  const auto block = [](const std::function<void()>& work, int calls) {
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < calls; ++i) work();
    return secondsSince(start) / calls;
  };
  first(), second();
  const double slower = std::max(block(first, 3), block(second, 3));
  const int calls = std::max(1, static_cast<int>(0.02 / slower));
  std::vector<double> a, b;
  for (const Clock::time_point start = Clock::now(); secondsSince(start) < budget_s || a.size() < 5;) {
    a.push_back(block(first, calls));
    b.push_back(block(second, calls));
  }
  const auto median = [](std::vector<double>& v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  return {median(a), median(b)};
}

/// A row of the table of updates: an update beside its products.
inline void row(const std::string& what, int hidden, int batch, const std::function<void()>& update, Products products, int updates = 1) {
  Gemm gemm(std::move(products));
  const Pair p = alternate(update, [&] { gemm(); });
  std::printf("| %s | %d | %d | %.2f | %.0f | %.0f |\n", what.c_str(), hidden, batch, p.second_s / p.first_s, updates / p.first_s,
              updates / p.second_s);
  std::fflush(stdout);
}

/// Of what is updated many times a call, so that setting up the call costs nothing.
inline void rowOfBlocks(const std::string& what, int hidden, int batch, int updates, const std::function<void(int)>& update,
                        const Products& products) {
  Products block;
  add(block, products, updates);
  row(what, hidden, batch, [&] { update(updates); }, std::move(block), updates);
}

/// The task's side of the bench (tasks_bench.cpp). False after an error, which it has printed.
bool benchSuccessorFeatures(int hidden, int batch);
bool benchTasks();

}  // namespace nudge::bench
