import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { LoopbackOnly } from '../../ground/auth/loopback.js';
import { Ok } from '../../ground/http/route.js';
import { DemoFiles } from './demo-files.js';
import { DemoTokens } from './demo-tokens.service.js';
import { DemoTokenDto } from './demo.contract.js';

/** The page loads its own files and talks to this service, and nothing else; no other page may show it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

/** A page for developers. It is no part of the API: callers find neither the page nor its tokens in the document. */
@Controller('demo')
@LoopbackOnly()
@ApiExcludeController()
export class DemoController {
  constructor(
    private readonly files: DemoFiles,
    private readonly tokens: DemoTokens,
  ) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('x-frame-options', 'DENY')
  page() {
    return this.files.read('index.html');
  }

  @Get('page.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script() {
    return this.files.read('page.js');
  }

  @Get('page.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style() {
    return this.files.read('page.css');
  }

  @Get('icon.svg')
  @Header('content-type', 'image/svg+xml')
  icon() {
    return this.files.read('icon.svg');
  }

  @Post('token')
  @Ok()
  token(@Body() body: DemoTokenDto) {
    return this.tokens.issue(body);
  }
}
