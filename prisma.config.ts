import { defineConfig } from 'prisma/config'

// Not prisma's env('DATABASE_URL'): that throws when unset, and `generate` needs no database.
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
})
