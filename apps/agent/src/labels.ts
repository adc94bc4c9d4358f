import { type Labels, labelKeySchema, labelsSchema, labelValueSchema } from '@sonde/contract'
import { ConfigError } from './config-error.ts'

/** Reads `env=prod,role=db`. Throws a ConfigError that names the label and what is wrong with it. */
export function parseLabels(text: string): Labels {
  const labels: Labels = {}
  for (const part of text.split(',')) {
    const label = part.trim()
    if (label === '') continue
    const equals = label.indexOf('=')
    if (equals === -1) throw new ConfigError(`SONDE_LABELS: "${label}" has no "=". Write labels as env=prod,role=db.`)
    const key = label.slice(0, equals).trim()
    const value = label.slice(equals + 1).trim()
    const keyCheck = labelKeySchema.safeParse(key)
    if (!keyCheck.success) throw new ConfigError(`SONDE_LABELS: in "${label}", ${firstMessage(keyCheck.error)}.`)
    const valueCheck = labelValueSchema.safeParse(value)
    if (!valueCheck.success) throw new ConfigError(`SONDE_LABELS: in "${label}", ${firstMessage(valueCheck.error)}.`)
    if (Object.hasOwn(labels, key)) throw new ConfigError(`SONDE_LABELS: "${key}" is given twice.`)
    labels[key] = value
  }
  const all = labelsSchema.safeParse(labels)
  if (!all.success) throw new ConfigError(`SONDE_LABELS: ${firstMessage(all.error)}.`)
  return all.data
}

const firstMessage = (error: { issues: Array<{ message: string }> }): string => error.issues[0]?.message ?? 'it is not valid'
