import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { webEnv } from './env.ts'
import { getApp } from './server/app.ts'
import { localVariants } from './server/local-variants.ts'

function createAuth() {
  const { SONDE_SECRET, SONDE_URL } = webEnv()
  return betterAuth({
    appName: 'Sonde',
    baseURL: SONDE_URL,
    secret: SONDE_SECRET,
    trustedOrigins: localVariants(SONDE_URL),
    database: prismaAdapter(getApp().db.prisma, { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      // Accounts are made by invitation alone (packages/domain, acceptInvite).
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 128,
    },
    user: {
      additionalFields: { role: { type: 'string', required: true, defaultValue: 'viewer', input: false } },
      changeEmail: { enabled: false },
      deleteUser: { enabled: false },
    },
    session: { expiresIn: 30 * 24 * 3_600, updateAge: 24 * 3_600 },
    rateLimit: {
      enabled: true,
      window: 60,
      max: 120,
      storage: 'memory',
      customRules: { '/sign-in/email': { window: 60, max: 10 } },
    },
    advanced: { cookiePrefix: 'sonde', useSecureCookies: SONDE_URL.startsWith('https://') },
    telemetry: { enabled: false },
    logger: { level: 'warn' },
  })
}

let instance: ReturnType<typeof createAuth> | undefined

/** better-auth for people, made at the first request. */
export function getAuth(): ReturnType<typeof createAuth> {
  instance ??= createAuth()
  return instance
}
