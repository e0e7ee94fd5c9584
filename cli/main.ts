#!/usr/bin/env node
import path from 'node:path';
import { runCompiled } from './compiled-script';

runCompiled(path.join(__dirname, 'command.js'));
