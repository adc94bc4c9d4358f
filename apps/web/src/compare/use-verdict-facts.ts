'use client'
import type { FunctionFinding, Verdict } from '@sonde/contract'
import type { FrameFacts } from '@sonde/flamegraph/react'
import { useMemo } from 'react'
import { functionKeyOf } from '../capture/use-sandwich-action.ts'
import { changeText, hostsText, qText, valueText } from './finding-words.ts'

/** What the verdict says of a frame's function, for its tooltip. */
export function useVerdictFacts(verdict: Verdict | undefined): FrameFacts {
  return useMemo(() => {
    const findings = new Map<string, FunctionFinding>(verdict?.functions.map((finding) => [finding.key, finding]))
    return (tree, node) => {
      const key = verdict ? functionKeyOf(tree, node) : null
      if (!verdict || key === null) return []
      const finding = findings.get(key)
      if (!finding) return [{ label: 'verdict', value: 'its function was not among the largest changes', share: '' }]
      const row = (label: string, of: FunctionFinding['self']) => ({
        label,
        value: `${valueText(of.a, verdict.functionUnit)} → ${valueText(of.b, verdict.functionUnit)}`,
        share: `${changeText(of, verdict.functionUnit)}${of.significant ? '' : ', not significant'}`,
      })
      const { self, total } = finding
      const sure = self.significant ? self : total
      const hosts = hostsText(sure)
      return [
        row('function, self', self),
        row('function, total', total),
        { label: 'verdict', value: hosts === '' ? '' : `${hosts} hosts agree`, share: `q ${qText(sure.q)}` },
      ]
    }
  }, [verdict])
}
