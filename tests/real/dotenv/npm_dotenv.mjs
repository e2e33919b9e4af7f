// From {reader, environ, texts} on standard input to one object of values a text.
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

const { reader, environ, texts } = JSON.parse(readFileSync(0, 'utf8'))

const readers = {
  node: () => parseEnv,
  dotenv: async () => (await import(reader)).default.parse,
  expand: async () => {
    const { parse } = (await import('dotenv-16')).default
    const { expand } = (await import('dotenv-expand')).default
    return text => {
      const parsed = parse(text)
      const processEnv = { ...environ }
      for (const name of Object.keys(parsed)) {
        if (!Object.hasOwn(processEnv, name)) processEnv[name] = parsed[name]
      }
      expand({ parsed, processEnv })
      return processEnv
    }
  }
}

const read = await (readers[reader] ?? readers.dotenv)()
process.stdout.write(JSON.stringify(texts.map(text => ({ values: { ...read(text) } }))))
