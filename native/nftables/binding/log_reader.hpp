#pragma once

#include <napi.h>

/// openLog(namespacePath: string, group: number, maxPacketBytes: number, onPackets): { outcome, error, close() }
///
/// `onPackets(packets: { prefix: string, packet: Uint8Array }[], overruns: number)` is called by the event loop as packets
/// come; a reader keeps the process running until it is closed.
Napi::Value OpenLog(const Napi::CallbackInfo& info);
