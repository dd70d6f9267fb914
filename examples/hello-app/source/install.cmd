@echo off
rem Installs Hello from Waybill: one text file under %ProgramData%.
rem Runs as SYSTEM from the content folder; every exit code is one that app.json knows, or a failure.
setlocal
set "target=%ProgramData%\Waybill Hello"

if not exist "%target%\" mkdir "%target%"
copy /y "%~dp0files\hello.txt" "%target%\hello.txt" >nul
if errorlevel 1 exit /b 1603
exit /b 0
