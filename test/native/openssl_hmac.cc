#include "openssl_hmac.h"

#include <dlfcn.h>

#include <array>
#include <cstring>
#include <vector>

namespace failoverd::wire {
namespace {

// EVP_MD and HMAC() as <openssl/evp.h> and <openssl/hmac.h> declare them.
using DigestGetter = const void* (*)();
using HmacFunction = unsigned char* (*)(const void* digest, const void* key, int keySize,
                                        const unsigned char* data, std::size_t size,
                                        unsigned char* out, unsigned* outSize);

struct Library {
  HmacFunction hmac = nullptr;
  DigestGetter md5 = nullptr;
  DigestGetter sha256 = nullptr;
};

template <class Function>
Function symbol(void* handle, const char* name) {
  return reinterpret_cast<Function>(dlsym(handle, name));
}

const Library& library() {
  static const Library loaded = [] {
    Library found;
    void* handle = opensslLibrary();
    if (handle == nullptr) return found;
    found.hmac = symbol<HmacFunction>(handle, "HMAC");
    found.md5 = symbol<DigestGetter>(handle, "EVP_md5");
    found.sha256 = symbol<DigestGetter>(handle, "EVP_sha256");
    return found;
  }();
  return loaded;
}

// `context` points to the getter of the digest.
bool compute(void* context, Bytes key, std::span<const Bytes> parts, MutableBytes out) {
  std::vector<unsigned char> data;
  for (const auto part : parts) data.insert(data.end(), part.begin(), part.end());
  std::array<unsigned char, 64> whole{};
  unsigned size = 0;
  const auto getter = *static_cast<DigestGetter*>(context);
  if (library().hmac(getter(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
                     whole.data(), &size) == nullptr) {
    return false;
  }
  if (size < out.size()) return false;
  std::memcpy(out.data(), whole.data(), out.size());
  return true;
}

}  // namespace

void* opensslLibrary() {
  static void* const handle = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
  return handle;
}

std::optional<Digests> opensslDigests() {
  static Library copy = library();
  if (copy.hmac == nullptr || copy.md5 == nullptr || copy.sha256 == nullptr) return std::nullopt;
  return Digests{.md5 = {compute, &copy.md5}, .sha256 = {compute, &copy.sha256}};
}

}  // namespace failoverd::wire
