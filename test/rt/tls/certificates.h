#pragma once

// Keys and certificates made on the spot, in a folder that goes away with the test.

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.h"
#include "rt/tls.h"

namespace tt::test {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/thingtank-tls-XXXXXX";
    TT_ASSERT(mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name)) << text;
    return file(name);
  }

 private:
  std::string path_;
};

// Text of a PEM_write_bio_… call.
template <class Write>
std::string pem(Write write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  TT_ASSERT(write(bio.get()) == 1);
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// A certificate with its key.
struct Identity {
  PrivateKey key;
  Certificate certificate;

  std::string certificate_pem() const {
    return pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  }
  std::string key_pem(const char* passphrase = nullptr) const {
    auto write = [&](BIO* bio) {
      return PEM_write_bio_PrivateKey(bio, key.get(), passphrase ? EVP_aes_128_cbc() : nullptr,
                                      nullptr, 0, nullptr, const_cast<char*>(passphrase));
    };
    return pem(write);
  }
};

inline void add_extension(X509* certificate, int nid, const char* value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
  TT_ASSERT(extension && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

inline void add_name(X509* certificate, const char* field, const std::string& text) {
  auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  auto* name = X509_get_subject_name(certificate);
  TT_ASSERT(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
}

// Signed by `issuer`, or by itself if that is nullptr; then it is an authority.
inline Identity make_identity(const std::string& common_name, const Identity* issuer,
                              const char* alternative_names = "DNS:localhost,IP:127.0.0.1") {
  Identity made{PrivateKey(EVP_EC_gen("P-256")), Certificate(X509_new())};
  auto* certificate = made.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, made.key.get());
  add_name(certificate, "O", "Thingtank");
  add_name(certificate, "CN", common_name);
  const Identity& signer = issuer ? *issuer : made;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer.certificate.get()));
  add_extension(certificate, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (issuer) add_extension(certificate, NID_subject_alt_name, alternative_names);
  TT_ASSERT(X509_sign(certificate, signer.key.get(), EVP_sha256()) > 0);
  return made;
}

// An authority, a server that it signed, and two devices of which it signed one.
struct Site {
  Folder folder;
  Identity authority = make_identity("Site CA", nullptr);
  Identity stranger = make_identity("Other CA", nullptr);
  Identity server = make_identity("localhost", &authority);
  Identity device = make_identity("device-7", &authority);
  Identity intruder = make_identity("device-8", &stranger);
  std::string authority_file = folder.write("ca.pem", authority.certificate_pem());
  std::string stranger_file = folder.write("other-ca.pem", stranger.certificate_pem());

  rt::TlsFiles files(const std::string& name, const Identity& of,
                     const std::string& authorities = {}) const {
    return {.certificate_chain = folder.write(name + ".pem", of.certificate_pem()),
            .private_key = folder.write(name + ".key", of.key_pem()),
            .authorities = authorities};
  }
};

}  // namespace tt::test
