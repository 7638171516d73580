#include "core/base/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "core/base/check.h"

namespace nudge {

std::string sha256Hex(std::span<const std::uint8_t> bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  NUDGE_CHECK(done == 1 && size == digest.size(), "SHA-256 is not available");
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

}  // namespace nudge
