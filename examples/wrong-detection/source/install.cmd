@echo off
rem Installs app.txt; the detection rule of app.json looks for program.txt.
setlocal
set "target=%ProgramData%\Waybill Wrong Detection"

if not exist "%target%\" mkdir "%target%"
echo Put here by wrong-detection of Waybill.>"%target%\app.txt"
if errorlevel 1 exit /b 1603
exit /b 0
