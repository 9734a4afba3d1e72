#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

// The functions of libcrypto for hashing, from its public interface.
typedef struct {
  const EVP_MD *_Nonnull algorithm;
  EVP_MD_CTX *_Nullable (*_Nonnull make)(void);
  void (*_Nonnull destroy)(EVP_MD_CTX *_Nonnull);
  int (*_Nonnull begin)(EVP_MD_CTX *_Nonnull, const EVP_MD *_Nonnull, ENGINE *_Nullable);
  int (*_Nonnull update)(EVP_MD_CTX *_Nonnull, const void *_Nullable, size_t);
  int (*_Nonnull copy)(EVP_MD_CTX *_Nonnull, const EVP_MD_CTX *_Nonnull);
  int (*_Nonnull finish)(EVP_MD_CTX *_Nonnull, unsigned char *_Nonnull, unsigned *_Nullable);
} reel_hashing;

#define REEL_TEXT(x) #x
#define REEL_NAME(version) "libcrypto.so." REEL_TEXT(version)

static inline void *_Nonnull reel_crypto_symbol(void *_Nullable library, const char *_Nonnull name) {
  void *symbol = library ? dlsym(library, name) : NULL;
  if (!symbol) {
    fprintf(stderr, "reel: recordings need OpenSSL's libcrypto, which cannot be loaded: %s\n", dlerror());
    exit(1);
  }
  return symbol;
}

// Loads libcrypto and its SHA-256. It is not linked, because most commands hash nothing, and
// linking would add a millisecond to a program's start.
static inline reel_hashing reel_load_sha256(void) {
  void *library = dlopen(REEL_NAME(OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL);
  int (*prepare)(uint64_t, const OPENSSL_INIT_SETTINGS *) =
      (int (*)(uint64_t, const OPENSSL_INIT_SETTINGS *))reel_crypto_symbol(library, "OPENSSL_init_crypto");
  // No configuration file or variable may change the result, and a thread may hash while the
  // program exits.
  prepare(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
  EVP_MD *(*fetch)(OSSL_LIB_CTX *, const char *, const char *) =
      (EVP_MD * (*)(OSSL_LIB_CTX *, const char *, const char *))
          reel_crypto_symbol(library, "EVP_MD_fetch");
  EVP_MD *algorithm = fetch(NULL, "SHA256", NULL);
  if (!algorithm) {
    fprintf(stderr, "reel: recordings need SHA-256, which OpenSSL's libcrypto lacks here\n");
    exit(1);
  }
  return (reel_hashing){
      algorithm,
      (EVP_MD_CTX * (*)(void)) reel_crypto_symbol(library, "EVP_MD_CTX_new"),
      (void (*)(EVP_MD_CTX *))reel_crypto_symbol(library, "EVP_MD_CTX_free"),
      (int (*)(EVP_MD_CTX *, const EVP_MD *, ENGINE *))
          reel_crypto_symbol(library, "EVP_DigestInit_ex"),
      (int (*)(EVP_MD_CTX *, const void *, size_t))reel_crypto_symbol(library, "EVP_DigestUpdate"),
      (int (*)(EVP_MD_CTX *, const EVP_MD_CTX *))reel_crypto_symbol(library, "EVP_MD_CTX_copy_ex"),
      (int (*)(EVP_MD_CTX *, unsigned char *, unsigned *))
          reel_crypto_symbol(library, "EVP_DigestFinal_ex"),
  };
}

// The version of the library that would be loaded, as in "OpenSSL 3.0.15 3 Sep 2024"; NULL where it is missing.
static inline const char *_Nullable reel_crypto_version(void) {
  void *library = dlopen(REEL_NAME(OPENSSL_SHLIB_VERSION), RTLD_LAZY | RTLD_LOCAL);
  const char *(*version)(int) = library ? (const char *(*)(int))dlsym(library, "OpenSSL_version") : NULL;
  return version ? version(OPENSSL_VERSION) : NULL;
}
