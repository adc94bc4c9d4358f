'use client'
import type { CaptureSyscalls, CaptureSyscallTimes, CaptureView, CaptureViewState, SyscallMeasure } from '@sonde/contract'
import { useTRPCClient } from '../trpc/client.tsx'
import { useDebounced } from '../url/use-debounced.ts'
import { parseWindow, WINDOW_RESTS_MS } from './capture-time.ts'
import { parseProcess } from './process-selection.ts'
import { type Result, useResult } from './use-result.ts'

/** The rows of the system calls in the selected time; nothing is asked for where the whole time is shown. */
export function useSyscallWindow(capture: CaptureView, view: Pick<CaptureViewState, 'window'>): Result<CaptureSyscalls> {
  const client = useTRPCClient()
  const window = parseWindow(useDebounced(view.window, WINDOW_RESTS_MS)) ?? undefined
  return useResult({
    key: ['syscalls-in', capture.id, window],
    version: capture.resultVersion.syscalls,
    enabled: window !== undefined && view.window !== '',
    load: (signal) => client.captures.syscalls.query({ id: capture.id, window }, { signal }),
    keepPrevious: true,
  })
}

export type SyscallTimesOf = {
  by: SyscallMeasure
  limit: number
  search?: string
  /** Instead of the view's process. */
  process?: string
  syscall?: string
}

/** The system calls of the selection over time. */
export function useSyscallTimes(capture: CaptureView, view: CaptureViewState, of: SyscallTimesOf): Result<CaptureSyscallTimes> {
  const client = useTRPCClient()
  const window = parseWindow(useDebounced(view.window, WINDOW_RESTS_MS)) ?? undefined
  const query = {
    id: capture.id,
    host: view.host === '' ? undefined : view.host,
    process: parseProcess(of.process ?? view.process) ?? undefined,
    window,
    search: of.search ?? '',
    syscall: of.syscall,
    by: of.by,
    limit: of.limit,
  }
  return useResult({
    key: ['syscall-times', query],
    version: capture.resultVersion.syscalls,
    enabled: true,
    load: (signal) => client.captures.syscallTimes.query(query, { signal }),
    keepPrevious: true,
  })
}
