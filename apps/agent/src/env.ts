import path from 'node:path'
import type { Labels } from '@sonde/contract'
import { z } from 'zod'
import { NO_HELPER } from './bpf-helper.ts'
import { ConfigError } from './config-error.ts'
import { parseLabels } from './labels.ts'

export type AgentEnv = {
  /** Without a trailing slash. */
  gatewayUrl: string
  /** Needed at the first start only, and again when the gateway has forgotten this host. */
  joinToken: string | null
  stateDir: string
  labels: Labels
  /** Shown instead of the kernel's host name. */
  hostName: string | null
  logLevel: string
  /** Path of the native helper, "none" for none of them, null for the one that lies where it should. */
  bpfHelper: string | null
  /** Null: /etc/sonde/policy.yaml, which need not exist. One that is named here has to. */
  policyFile: string | null
}

const gatewayUrlSchema = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })

const envSchema = z.object({
  SONDE_GATEWAY_URL: gatewayUrlSchema.default('http://127.0.0.1:4601'),
  SONDE_JOIN_TOKEN: z.string().trim().min(10, 'is too short for a join token').max(200, 'is too long for a join token').optional(),
  SONDE_STATE_DIR: z.string().startsWith('/', 'must be an absolute path').default('/var/lib/sonde'),
  SONDE_LABELS: z.string().default(''),
  SONDE_HOST_NAME: z.string().trim().max(253, 'is longer than 253 characters').optional(),
  SONDE_POLICY_FILE: z.string().startsWith('/', 'must be an absolute path').optional(),
  SONDE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error'], 'must be trace, debug, info, warn or error').default('info'),
  SONDE_BPF_HELPER: z
    .string()
    .regex(/^(none|\/.*)$/, `must be an absolute path, or ${NO_HELPER}`)
    .optional(),
})

/** Reads the agent's settings. Throws a ConfigError with one sentence that names the variable and what is wrong. */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): AgentEnv {
  // Compose files and systemd units pass unset variables as '': that is "not given", not "empty".
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = envSchema.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ConfigError(`${issue?.path.join('.') ?? 'environment'} ${issue?.message ?? 'is not valid'}.`)
  }
  const env = parsed.data
  return {
    gatewayUrl: env.SONDE_GATEWAY_URL.replace(/\/+$/, ''),
    joinToken: env.SONDE_JOIN_TOKEN ?? null,
    stateDir: path.normalize(env.SONDE_STATE_DIR),
    labels: parseLabels(env.SONDE_LABELS),
    hostName: env.SONDE_HOST_NAME ?? null,
    logLevel: env.SONDE_LOG_LEVEL,
    policyFile: env.SONDE_POLICY_FILE === undefined ? null : path.normalize(env.SONDE_POLICY_FILE),
    bpfHelper: env.SONDE_BPF_HELPER ?? null,
  }
}
