#pragma once
/// Receipts made ahead, and the slow step of every code. One thread of its own runs all Argon2id:
/// look-ups first, then the stock, so that neither the page nor the office link ever waits for it.
///
/// Codes and keys are in memory only and wiped when they go. Any thread may call.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "shared/crypto/receipt.hpp"

namespace huiyin::kiosk {

/// What a zone's codes are stretched with; both come from the key ring.
struct ReceiptRecipe {
  Salt zone_salt;
  crypto::ReceiptCost cost;
  friend bool operator==(const ReceiptRecipe&, const ReceiptRecipe&) = default;
};

struct Receipt {
  crypto::ReceiptCode code;
  crypto::ReceiptKeys keys;
};

class Receipts {
 public:
  explicit Receipts(std::size_t ready_max);
  ~Receipts() { stop(); }
  Receipts(const Receipts&) = delete;
  Receipts& operator=(const Receipts&) = delete;

  /// Begins to fill the stock; another recipe than before throws away what was made with the old.
  void set_recipe(const ReceiptRecipe& recipe);
  /// A receipt nobody else gets; nothing while none is ready.
  [[nodiscard]] std::optional<Receipt> take();
  [[nodiscard]] std::size_t ready() const;
  /// Why the last one could not be made; empty when it could.
  [[nodiscard]] std::string last_problem() const;

  /// Runs `job` on the thread, before the stock is filled further: a look-up or a PIN check.
  /// False when too many wait already.
  [[nodiscard]] bool post(std::function<void()> job);
  /// Ends the thread after what it is doing; jobs that wait are dropped. Not from a job.
  void stop();

 private:
  void run();
  void make_one(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool wants_one() const;

  const std::size_t ready_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<ReceiptRecipe> recipe_;
  std::deque<Receipt> stock_;
  std::deque<std::function<void()>> jobs_;
  std::string last_problem_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin::kiosk
