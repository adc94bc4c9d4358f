'use client'
import { type LoadedProfile, type MarkedFunction, useEngineAnswer } from '@sonde/flamegraph/react'
import { useMemo } from 'react'

/** The selected function by its name, to be framed in the graphs. */
export function useMarkedFunction(profile: LoadedProfile | undefined, fn: string): MarkedFunction | null {
  const question = {
    selection: {},
    search: { text: '', regex: false },
    sort: 'self',
    dir: 'desc',
    ...{ offset: 0, limit: 0, slices: 0, selected: fn },
  } as const
  const { data } = useEngineAnswer(profile, 'functions', fn === '' ? null : question)
  const [name, module, kind] = [data?.selected?.name[0], data?.selected?.module[0], data?.selected?.kind[0]]
  return useMemo(
    () => (fn === '' || name === undefined || module === undefined || kind === undefined ? null : { name, module, kind }),
    [fn, name, module, kind],
  )
}
