// A disk that fails on request: a SQLite VFS in front of the usual one that counts every call and lets a
// chosen one go wrong. Installed for the whole process by the first FaultyDisk::install().
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace nudge::test {

enum class Fault { IoError, DiskFull, ShortWrite, SyncFails };

class FaultyDisk {
 public:
  static FaultyDisk& install() {
    static FaultyDisk disk;
    return disk;
  }

  /// Call number `at` (from 1, of those that `fault` can hit) fails, and with `lasting` every later one too.
  void breakAt(Fault fault, int at, bool lasting) {
    fault_ = fault;
    at_ = at;
    lasting_ = lasting;
    calls_ = injected_ = 0;
  }
  void repair() { at_ = 0; }
  int calls() const { return calls_; }        ///< that the fault could hit, since breakAt()
  int injected() const { return injected_; }  ///< that failed, since breakAt()

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real;
  };
  enum class Call { Read, Write, Sync, Other };

  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = "faulty";
    vfs_.pAppData = real_;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &FaultyDisk::open;
    vfs_.xDelete = [](sqlite3_vfs*, const char* name, int sync) {
      FaultyDisk& disk = install();
      return disk.fails(Call::Other) ? SQLITE_IOERR_DELETE : disk.real_->xDelete(disk.real_, name, sync);
    };
    fillMethods();
    sqlite3_vfs_register(&vfs_, 1);
  }

  bool fails(Call call) {
    const bool possible = fault_ == Fault::IoError || (fault_ == Fault::SyncFails && call == Call::Sync) ||
                          ((fault_ == Fault::DiskFull || fault_ == Fault::ShortWrite) && call == Call::Write);
    if (!possible) return false;
    ++calls_;
    const bool hit = at_ > 0 && (lasting_ ? calls_ >= at_ : calls_ == at_);
    injected_ += hit;
    return hit;
  }

  static sqlite3_file* realOf(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
    FaultyDisk& disk = install();
    auto* mine = reinterpret_cast<File*>(file);
    mine->base.pMethods = nullptr;
    if (disk.fails(Call::Other)) return SQLITE_CANTOPEN;
    mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
    const int status = disk.real_->xOpen(disk.real_, name, mine->real, flags, outFlags);
    if (mine->real->pMethods) mine->base.pMethods = &disk.methods_;
    return status;
  }

  /// Part of a refused write reaches the file when it is a short one.
  static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    FaultyDisk& disk = install();
    sqlite3_file* real = realOf(file);
    if (!disk.fails(Call::Write)) return real->pMethods->xWrite(real, bytes, count, offset);
    if (disk.fault_ == Fault::ShortWrite) real->pMethods->xWrite(real, bytes, count / 2, offset);
    return disk.fault_ == Fault::IoError ? SQLITE_IOERR_WRITE : SQLITE_FULL;
  }

  void fillMethods() {
    methods_.iVersion = 2;
    methods_.xClose = [](sqlite3_file* f) { return realOf(f)->pMethods->xClose(realOf(f)); };
    methods_.xRead = [](sqlite3_file* f, void* bytes, int count, sqlite3_int64 offset) {
      if (install().fails(Call::Read)) return SQLITE_IOERR_READ;
      return realOf(f)->pMethods->xRead(realOf(f), bytes, count, offset);
    };
    methods_.xWrite = &FaultyDisk::write;
    methods_.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
      if (install().fails(Call::Other)) return SQLITE_IOERR_TRUNCATE;
      return realOf(f)->pMethods->xTruncate(realOf(f), size);
    };
    methods_.xSync = [](sqlite3_file* f, int flags) {
      if (install().fails(Call::Sync)) return SQLITE_IOERR_FSYNC;
      return realOf(f)->pMethods->xSync(realOf(f), flags);
    };
    methods_.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
      if (install().fails(Call::Other)) return SQLITE_IOERR_FSTAT;
      return realOf(f)->pMethods->xFileSize(realOf(f), size);
    };
    methods_.xLock = [](sqlite3_file* f, int level) {
      if (install().fails(Call::Other)) return SQLITE_IOERR_LOCK;
      return realOf(f)->pMethods->xLock(realOf(f), level);
    };
    methods_.xUnlock = [](sqlite3_file* f, int level) {
      return realOf(f)->pMethods->xUnlock(realOf(f), level);
    };
    methods_.xCheckReservedLock = [](sqlite3_file* f, int* held) {
      return realOf(f)->pMethods->xCheckReservedLock(realOf(f), held);
    };
    methods_.xFileControl = [](sqlite3_file* f, int what, void* value) {
      return realOf(f)->pMethods->xFileControl(realOf(f), what, value);
    };
    methods_.xSectorSize = [](sqlite3_file* f) { return realOf(f)->pMethods->xSectorSize(realOf(f)); };
    methods_.xDeviceCharacteristics = [](sqlite3_file* f) {
      return realOf(f)->pMethods->xDeviceCharacteristics(realOf(f));
    };
    methods_.xShmMap = [](sqlite3_file* f, int region, int size, int extend, void volatile** memory) {
      if (install().fails(Call::Other)) return SQLITE_IOERR_SHMMAP;
      return realOf(f)->pMethods->xShmMap(realOf(f), region, size, extend, memory);
    };
    methods_.xShmLock = [](sqlite3_file* f, int offset, int count, int flags) {
      if (!(flags & SQLITE_SHM_UNLOCK) && install().fails(Call::Other)) return SQLITE_IOERR_SHMLOCK;
      return realOf(f)->pMethods->xShmLock(realOf(f), offset, count, flags);
    };
    methods_.xShmBarrier = [](sqlite3_file* f) { realOf(f)->pMethods->xShmBarrier(realOf(f)); };
    methods_.xShmUnmap = [](sqlite3_file* f, int remove) {
      return realOf(f)->pMethods->xShmUnmap(realOf(f), remove);
    };
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods methods_{};
  Fault fault_ = Fault::IoError;
  int at_ = 0, calls_ = 0, injected_ = 0;
  bool lasting_ = false;
};

}  // namespace nudge::test
