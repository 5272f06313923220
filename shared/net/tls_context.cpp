#include "shared/net/tls_context.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <optional>

namespace huiyin::net {
namespace {

struct X509Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct BioFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using X509Ptr = std::unique_ptr<X509, X509Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyFree>;
using BioPtr = std::unique_ptr<BIO, BioFree>;

constexpr int kCertificateDays = 36'500;  // 100 years: dates mean nothing here, the key does

Error openssl_error(const std::string& doing) {
  return error(Code::kInvalid, doing + ": " + take_openssl_error());
}

BioPtr read_bio(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

template <class Write>
std::optional<std::string> pem_text(const Write& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || write(bio.get()) != 1) return std::nullopt;
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

X509Ptr parse_certificate(const std::string& pem) {
  const BioPtr bio = read_bio(pem);
  return X509Ptr(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
}

/// The first 128 bits of SHA-256 over the certificate's SubjectPublicKeyInfo.
std::optional<KeyPin> pin_of(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return std::nullopt;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der, static_cast<std::size_t>(size), digest.data());
  OPENSSL_free(der);
  return KeyPin::prefix(digest);
}

bool set_common_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.data());
  return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, static_cast<int>(common_name.size()), -1,
                                    0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool set_serial(X509* certificate) {
  BIGNUM* number = BN_new();
  const bool drawn = number != nullptr && BN_rand(number, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1;
  const bool set = drawn && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

/// Shared by both sides.
bool apply_rules(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Released buffers are what keeps an idle connection small.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1;
}

/// Instead of OpenSSL's chain building: no dates, no names, no authorities, only the key.
int verify_pin(X509_STORE_CTX* store, void*) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* pin = static_cast<const KeyPin*>(SSL_get_app_data(ssl));
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  const auto shown = certificate != nullptr ? pin_of(certificate) : std::nullopt;
  const bool same = shown && pin != nullptr && *shown == *pin;
  X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
  return same ? 1 : 0;
}

/// One for the process: pins hang on the connection, and a context is large.
SSL_CTX* client_context() {
  static const SslContextPtr context = [] {
    SslContextPtr made(SSL_CTX_new(TLS_client_method()));
    if (made && !apply_rules(made.get())) made.reset();
    if (made) {
      SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
      SSL_CTX_set_cert_verify_callback(made.get(), verify_pin, nullptr);
    }
    return made;
  }();
  return context.get();
}

}  // namespace

std::string take_openssl_error() {
  std::string words;
  while (const unsigned long code = ERR_get_error()) {
    const char* reason = ERR_reason_error_string(code);
    if (!words.empty()) words += ", ";
    words += reason != nullptr ? std::string(reason) : "error " + std::to_string(code);
  }
  return words.empty() ? "unknown TLS error" : words;
}

Result<TlsIdentity> make_tls_identity(const std::string& common_name) {
  if (common_name.empty() || common_name.size() > 64)
    return error(Code::kInvalid, "a certificate name has 1 to 64 bytes", common_name);
  const KeyPtr key(EVP_EC_gen("P-256"));
  const X509Ptr certificate(X509_new());
  if (!key || !certificate) return openssl_error("cannot make a TLS key");

  const bool made =
      X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_serial(certificate.get()) &&
      X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -1, 0, nullptr) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(certificate.get()), kCertificateDays, 0, nullptr) != nullptr &&
      X509_set_pubkey(certificate.get(), key.get()) == 1 && set_common_name(certificate.get(), common_name) &&
      X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
  if (!made) return openssl_error("cannot make a certificate");

  const auto certificate_pem = pem_text([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  const auto key_pem = pem_text([&](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  if (!certificate_pem || !key_pem) return openssl_error("cannot write the TLS identity as PEM");
  return TlsIdentity{*certificate_pem, *key_pem};
}

Result<KeyPin> tls_pin(const TlsIdentity& identity) {
  const X509Ptr certificate = parse_certificate(identity.certificate_pem);
  if (!certificate) return openssl_error("the TLS certificate does not parse");
  const auto pin = pin_of(certificate.get());
  if (!pin) return openssl_error("the TLS certificate has no readable key");
  return *pin;
}

Result<SslContextPtr> make_server_context(const TlsIdentity& identity) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  if (!context || !apply_rules(context.get())) return openssl_error("cannot set up TLS");

  const X509Ptr certificate = parse_certificate(identity.certificate_pem);
  if (!certificate) return openssl_error("the TLS certificate does not parse");
  const BioPtr bio = read_bio(identity.key_pem);
  const KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!key) return openssl_error("the TLS key does not parse");

  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1 || SSL_CTX_check_private_key(context.get()) != 1)
    return openssl_error("the TLS certificate and key do not belong together");
  return context;
}

Result<SslPtr> make_server_ssl(SSL_CTX* context) {
  SslPtr ssl(SSL_new(context));
  if (!ssl) return openssl_error("no memory for a TLS connection");
  SSL_set_accept_state(ssl.get());
  return ssl;
}

Result<SslPtr> make_client_ssl(const KeyPin* pin) {
  SSL_CTX* context = client_context();
  SslPtr ssl(context != nullptr ? SSL_new(context) : nullptr);
  if (!ssl) return openssl_error("cannot set up TLS");
  // OpenSSL's application data is not const; verify_pin() only reads it.
  SSL_set_app_data(ssl.get(), const_cast<KeyPin*>(pin));
  SSL_set_connect_state(ssl.get());
  return ssl;
}

bool refused_by_pin(const SSL* ssl) {
  return SSL_get_verify_result(ssl) == X509_V_ERR_APPLICATION_VERIFICATION;
}

Result<Exporter> tls_exporter(SSL* ssl) {
  static constexpr std::string_view kLabel = "EXPORTER-Channel-Binding";
  Exporter exporter;
  if (SSL_export_keying_material(ssl, exporter.bytes.data(), exporter.bytes.size(), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1)
    return openssl_error("TLS gives no exporter");
  return exporter;
}

}  // namespace huiyin::net
